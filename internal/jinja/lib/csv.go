package lib

import (
	"strings"

	"github.com/rehearse-dev/rehearse/internal/value"
)

// csvReader reads rows as Python's csv module does: what follows a closing quote belongs to the cell, too.
type csvReader struct {
	delimiter rune
	skipSpace bool // white space behind a delimiter is dropped
	strict    bool
}

func (r csvReader) rows(text string) ([][]string, error) {
	var rows [][]string
	var row []string
	var cell strings.Builder
	const (
		startRow = iota
		startCell
		plain
		quoted
		quoteInQuoted
	)
	state := startRow
	endCell := func() {
		row = append(row, cell.String())
		cell.Reset()
	}
	endRow := func() {
		rows = append(rows, row)
		row = nil
		state = startRow
	}
	chars := []rune(text)
	for i := 0; i < len(chars); i++ {
		c := chars[i]
		newline := c == '\n' || c == '\r'
		if newline && state != quoted {
			if c == '\r' && i+1 < len(chars) && chars[i+1] == '\n' {
				i++
			}
			if state != startRow {
				endCell()
			}
			endRow()
			continue
		}
		switch state {
		case startRow, startCell:
			switch {
			case c == '"':
				state = quoted
			case c == r.delimiter:
				endCell()
				state = startCell
			case c == ' ' && r.skipSpace:
				state = startCell
			default:
				cell.WriteRune(c)
				state = plain
			}
		case plain:
			if c == r.delimiter {
				endCell()
				state = startCell
			} else {
				cell.WriteRune(c)
			}
		case quoted:
			if c == '"' {
				state = quoteInQuoted
			} else {
				cell.WriteRune(c)
			}
		case quoteInQuoted:
			switch {
			case c == '"':
				cell.WriteRune(c)
				state = quoted
			case c == r.delimiter:
				endCell()
				state = startCell
			case r.strict:
				return nil, value.Errorf("Error", "'%c' expected after '\"'", r.delimiter)
			default:
				cell.WriteRune(c)
				state = plain
			}
		}
	}
	if state == quoted && r.strict {
		return nil, value.Errorf("Error", "unexpected end of data")
	}
	if state != startRow {
		endCell()
		endRow()
	}
	return rows, nil
}
