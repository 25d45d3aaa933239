package value

// Deprecation says of a value that a later version of ansible-core, Version, no longer has it, and what to use instead.
type Deprecation struct{ Message, Help, Version string }
