package jinja

import (
	"github.com/rehearse-dev/rehearse/internal/source"
	"github.com/rehearse-dev/rehearse/internal/value"
)

// Span is a byte range of the template's text.
type Span = source.Span

// Node is a part of the syntax tree. Trees are immutable after Parse.
type Node interface{ Range() Span }

// Expr is an expression, Stmt a statement.
type (
	Expr interface {
		Node
		expr()
	}
	Stmt interface {
		Node
		stmt()
	}
)

type base struct{ Span Span }

// Range is the node's place in the text.
func (b *base) Range() Span { return b.Span }

type exprBase struct{ base }
type stmtBase struct{ base }

func (*exprBase) expr() {}
func (*stmtBase) stmt() {}

// The expressions.
type (
	// Name is a variable that is read or, as a target, written.
	Name struct {
		exprBase
		Name  string
		Store bool
	}
	// Const is a literal.
	Const struct {
		exprBase
		Value value.Value
	}
	// Data is text outside of tags.
	Data struct {
		exprBase
		Text string
	}
	// Tuple, List and Dict are displays.
	Tuple struct {
		exprBase
		Items []Expr
	}
	List struct {
		exprBase
		Items []Expr
	}
	Dict struct {
		exprBase
		Pairs []Pair
	}
	// Pair is an entry of a Dict.
	Pair struct{ Key, Value Expr }
	// Cond is "Then if Test else Else"; Else is nil where it is left out.
	Cond struct {
		exprBase
		Test, Then, Else Expr
	}
	// Binary is + - * / // % ** .
	Binary struct {
		exprBase
		Op          Kind
		Left, Right Expr
	}
	// Unary is -x or +x.
	Unary struct {
		exprBase
		Op Kind
		X  Expr
	}
	// Logic is "and" or "or".
	Logic struct {
		exprBase
		And         bool
		Left, Right Expr
	}
	// Not is "not x".
	Not struct {
		exprBase
		X Expr
	}
	// Concat is a ~ b ~ c.
	Concat struct {
		exprBase
		Items []Expr
	}
	// Compare is a chain of comparisons.
	Compare struct {
		exprBase
		First Expr
		Ops   []Operand
	}
	// Operand is one step of a Compare; Op is "==", "!=", "<", "<=", ">", ">=", "in" or "not in".
	Operand struct {
		Op string
		X  Expr
	}
	// Attr is X.Name, Item X[Key].
	Attr struct {
		exprBase
		X        Expr
		Name     string
		NameSpan Span
	}
	Item struct {
		exprBase
		X, Key Expr
	}
	// Slice is the key a:b:c; parts may be nil.
	Slice struct {
		exprBase
		Start, Stop, Step Expr
	}
	// Args are the arguments of a call, filter or test.
	Args struct {
		Args     []Expr
		Kwargs   []Keyword
		Star     Expr // *args
		StarStar Expr // **kwargs
		Open     bool // there were parentheses
	}
	// Keyword is name=value.
	Keyword struct {
		Name     string
		NameSpan Span
		Value    Expr
	}
	// CallExpr is X(...).
	CallExpr struct {
		exprBase
		X Expr
		Args
	}
	// Filter is X|Name(...); X is nil in a filter block and in a set block.
	Filter struct {
		exprBase
		X        Expr
		Name     string
		NameSpan Span
		Args
	}
	// Test is "X is Name(...)".
	Test struct {
		exprBase
		X        Expr
		Name     string
		NameSpan Span
		Args
	}
	// NSRef is the target ns.attr of a set.
	NSRef struct {
		exprBase
		Name, Attr string
	}
	// BadExpr stands where an expression could not be read.
	BadExpr struct{ exprBase }
)

// The statements.
type (
	// Output prints: data and {{ }} tags in a row.
	Output struct {
		stmtBase
		Nodes []Expr
	}
	// For is a loop; Else and Test may be empty.
	For struct {
		stmtBase
		Target    Expr
		Iter      Expr
		Test      Expr
		Recursive bool
		Body      []Stmt
		Else      []Stmt
		BodySpan  Span
	}
	// If has its elifs as further branches; Else may be empty.
	If struct {
		stmtBase
		Branches []Branch
		Else     []Stmt
	}
	// Branch is a condition with what it guards.
	Branch struct {
		Test Expr
		Body []Stmt
		Span Span
	}
	// MacroParam is a parameter of a macro or call block; Default may be nil.
	MacroParam struct {
		Name    *Name
		Default Expr
	}
	// Macro defines a macro.
	Macro struct {
		stmtBase
		Name     string
		NameSpan Span
		Params   []MacroParam
		Body     []Stmt
	}
	// CallBlock calls a macro with a body.
	CallBlock struct {
		stmtBase
		Params []MacroParam
		Call   *CallExpr
		Body   []Stmt
	}
	// FilterBlock pipes its body through filters.
	FilterBlock struct {
		stmtBase
		Filter *Filter
		Body   []Stmt
	}
	// With opens a scope with variables.
	With struct {
		stmtBase
		Targets []Expr
		Values  []Expr
		Body    []Stmt
	}
	// ScopeStmt is autoescape: a scope without variables.
	ScopeStmt struct {
		stmtBase
		Option Expr
		Body   []Stmt
	}
	// Block is a named block of template inheritance.
	Block struct {
		stmtBase
		Name             string
		NameSpan         Span
		Scoped, Required bool
		Body             []Stmt
	}
	// Extends names the parent template.
	Extends struct {
		stmtBase
		Template Expr
	}
	// Include renders another template in place.
	Include struct {
		stmtBase
		Template      Expr
		IgnoreMissing bool
		WithContext   bool
	}
	// Import binds another template's exports to a name.
	Import struct {
		stmtBase
		Template    Expr
		Target      string
		TargetSpan  Span
		WithContext bool
	}
	// FromImport binds some of another template's exports.
	FromImport struct {
		stmtBase
		Template    Expr
		Names       []ImportName
		WithContext bool
	}
	// ImportName is "name as alias"; Alias equals Name where there is none.
	ImportName struct {
		Name, Alias string
		Span        Span
	}
	// Assign is {% set target = value %}, AssignBlock the form with a body.
	Assign struct {
		stmtBase
		Target Expr
		Value  Expr
	}
	AssignBlock struct {
		stmtBase
		Target Expr
		Filter *Filter
		Body   []Stmt
	}
	// Do evaluates an expression for its effect.
	Do struct {
		stmtBase
		X Expr
	}
	// LoopControl is break or continue.
	LoopControl struct {
		stmtBase
		Break bool
	}
	// Debug prints the context.
	Debug struct{ stmtBase }
	// BadStmt stands where a statement could not be read.
	BadStmt struct{ stmtBase }
)

// Template is a parsed text. It is immutable.
type Template struct {
	Source     string
	Tokens     []Token
	Body       []Stmt
	Expr       Expr // instead of Body, for a bare expression
	Problems   []Problem
	Blocks     []*Block
	Expression bool

	dots   []*Attr          // what stands before a dot that no name follows
	at     *source.Location // of a file that a loader gave
	syntax *syntax
	offset []int32 // places in the normalised text where a carriage return was taken out, see normalise
	text   string  // the normalised text that spans of tokens point into before mapping
}
