//go:build !wasip1

package jobico

// Outside of a component there is no platform: what calls it compiles, for `go test`, and panics.

const nowhere = "the platform is called outside of a component"

func Log(string)                                             { panic(nowhere) }
func Warn(string)                                            { panic(nowhere) }
func Config(string) string                                   { panic(nowhere) }
func Get(_, _ string) (*Entry, error)                        { panic(nowhere) }
func Set(_, _ string, _ []byte, _ Condition) (string, error) { panic(nowhere) }
func Delete(_, _ string) error                               { panic(nowhere) }
func Keys(_, _ string) ([]string, error)                     { panic(nowhere) }
func Send(Request) (*Response, error)                        { panic(nowhere) }
func Emit(_ string, _ any, _ string) error                   { panic(nowhere) }
