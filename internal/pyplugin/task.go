package pyplugin

import "context"

type taskKey struct{}

type taskName struct{ host, task string }

// WithTask names the host and the task for which templates are evaluated: messages about what plugins print say it.
func WithTask(ctx context.Context, host, task string) context.Context {
	return context.WithValue(ctx, taskKey{}, taskName{host, task})
}

// TaskOf gives the host and the task of WithTask; ok is false where there are none.
func TaskOf(ctx context.Context) (host, task string, ok bool) {
	n, ok := ctx.Value(taskKey{}).(taskName)
	return n.host, n.task, ok
}
