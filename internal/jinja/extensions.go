package jinja

// Extensions names the extensions of Jinja2 that there are, as the setting jinja2_extensions does.
var Extensions = []string{"jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n", "jinja2.ext.debug"}

// WithExtensions gives options with the named extensions turned on, and the names that there is no extension for.
func (o Options) WithExtensions(names []string) (with Options, unknown []string) {
	for _, name := range names {
		switch name {
		case "jinja2.ext.do", "jinja2.ext.ExprStmtExtension":
			o.Do = true
		case "jinja2.ext.loopcontrols", "jinja2.ext.LoopControlExtension":
			o.LoopControls = true
		case "jinja2.ext.i18n", "jinja2.ext.InternationalizationExtension":
			o.I18n = true
		case "jinja2.ext.debug", "jinja2.ext.DebugExtension":
			o.Debug = true
		default:
			unknown = append(unknown, name)
		}
	}
	return o, unknown
}
