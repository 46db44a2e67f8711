package crisis

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/migdalor/migdalor/internal/fault"
)

// Number is a crisis's human number: year of opening and a running count of
// the agency in that year.
type Number struct {
	Year int
	Seq  int
}

// String gives "C-2026-0042"; the count grows past four digits when it must.
func (n Number) String() string { return fmt.Sprintf("C-%04d-%04d", n.Year, n.Seq) }

// ParseNumber reads exactly what String writes; lower case is understood,
// because people type it. Errors: crisis_number_invalid.
func ParseNumber(s string) (Number, error) {
	bad := fault.New(fault.Invalid, "crisis_number_invalid", "%q is not a crisis number such as C-2026-0042.", s)
	parts := strings.Split(strings.ToUpper(s), "-")
	if len(parts) != 3 || parts[0] != "C" {
		return Number{}, bad
	}
	year, err1 := strconv.Atoi(parts[1])
	seq, err2 := strconv.Atoi(parts[2])
	n := Number{year, seq}
	if err1 != nil || err2 != nil || seq < 1 || n.String() != strings.ToUpper(s) {
		return Number{}, bad
	}
	return n, nil
}
