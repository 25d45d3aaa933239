package runner

func (r *run) defaultAnyErrorsFatal() bool { return r.setting("ANY_ERRORS_FATAL") }

func (r *run) setting(name string) bool { return r.o.Config != nil && r.o.Config.Bool(name) }

func (r *run) defaultTimeout() int {
	if r.o.Config == nil {
		return 0
	}
	return r.o.Config.Int("TASK_TIMEOUT")
}

func (r *run) defaultPoll() int {
	if r.o.Config != nil {
		if n := r.o.Config.Int("DEFAULT_POLL_INTERVAL"); n > 0 {
			return n
		}
	}
	return 15
}
