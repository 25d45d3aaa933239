package lint

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/internal/playbook"
	"github.com/rehearse-dev/rehearse/internal/source"
)

func complexityRule() *Rule {
	return &Rule{
		ID: "complexity", Severity: "MEDIUM", Tags: []string{"experimental"},
		Subs: []Sub{
			{"complexity[play]", "Maximum tasks allowed in a play is 100."},
			{"complexity[tasks]", "File contains too many tasks."},
			{"complexity[nesting]", "Replace nested block with an include_tasks to make code easier to maintain."},
		},
		Doc: Doc{
			Summary: "A play, a file of tasks and a nest of blocks should not grow without end.",
			Problem: "What is too long to be read is not read. `max_tasks` and `max_block_depth` of the configuration set the limits.",
			Examples: []Example{
				{Title: "Right", Text: playOf("- name: Say hello\n  ansible.builtin.debug:\n    msg: hello\n")},
			},
		},
		Play: func(p *pass, play *playbook.PlaySyntax) {
			if most := p.linter.config.MaxTasks; len(play.Tasks) > most && p.file.Kind == KindPlaybook {
				pos := nodePosition(p, play.Node)
				p.report("complexity[play]", fmt.Sprintf("Maximum tasks allowed in a play is %d.", most), play.Node.Pairs[0].Key.Span, pos.Line, pos.Column)
			}
		},
		File: func(p *pass) {
			if p.file.Syntax == nil {
				return
			}
			if p.file.Kind != KindPlaybook {
				if n, most := countItems(p.file.Syntax.Items), p.linter.config.MaxTasks; n > most {
					p.report("complexity[tasks]", fmt.Sprintf("File contains %d tasks, exceeding the maximum of %d. Consider using `ansible.builtin.include_tasks` to split the tasks into smaller files.", n, most), source.Span{}, 1, 0)
				}
				nested(p, p.file.Syntax.Items, 0)
			}
			for _, e := range p.file.Syntax.Entries {
				if play, ok := e.(*playbook.PlaySyntax); ok {
					for _, items := range [][]playbook.Item{play.PreTasks, play.Tasks, play.PostTasks, play.Handlers} {
						nested(p, items, 0)
					}
				}
			}
		},
	}
}

// countItems counts tasks and blocks at every depth.
func countItems(items []playbook.Item) int {
	n := len(items)
	for _, item := range items {
		if b, ok := item.(*playbook.BlockSyntax); ok {
			n += countItems(b.Block) + countItems(b.Rescue) + countItems(b.Always)
		}
	}
	return n
}

// nested reports blocks that stand in too many others.
func nested(p *pass, items []playbook.Item, depth int) {
	for _, item := range items {
		b, ok := item.(*playbook.BlockSyntax)
		if !ok {
			continue
		}
		if most := p.linter.config.MaxBlockDepth; depth > most {
			f := p.report("complexity[nesting]", fmt.Sprintf("Replace nested block with an include_tasks to make code easier to maintain. Maximum block depth allowed is %d.", most),
				b.Node.Pairs[0].Key.Span, p.file.Source.Line(b.Node.Whole().Start), 0)
			f.Details = "Task/Handler: " + (&Task{Syntax: &b.Syntax, Short: blockName}).String()
		}
		nested(p, b.Block, depth+1)
		nested(p, b.Rescue, depth)
		nested(p, b.Always, depth)
	}
}
