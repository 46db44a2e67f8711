package store

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/playbook"
)

func TestOpeningACrisisIsOneChange(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		for h := 2; h < 50; h++ { // two days of ten mentions an hour, one of them negative
			w.said(w.at.Add(-time.Duration(h)*time.Hour), 10, 1)
		}
		c, err := d.OpenCrisis(t.Context(), w.dana, OpenCrisis{ClientID: w.client.ID, Title: "  Glass in the yoghurt ", Severity: crisis.S2,
			FirstMentionAt: w.at.Add(-20 * time.Minute), Proposed: crisis.S1, Reasons: []crisis.Reason{{Code: "red_line"}}})
		w.ok(err)
		if c.Number != "C-2026-0001" || c.Title != "Glass in the yoghurt" || c.LeadID != w.dana.ID || c.Wave != 1 || c.Stage != crisis.Detect {
			t.Errorf("row: %+v", c)
		}
		if b := c.Baseline.V; b.NegativeShare != 0.1 || b.MentionsPerHour < 9 || b.MentionsPerHour > 11 || b.Days != 2 {
			t.Errorf("baseline: %+v", b)
		}
		want := []audit.Action{audit.CrisisOpened, audit.CrisisSeverityProposed, audit.CrisisStageEntered}
		if got := w.actions(c); !slices.Equal(got[:3], want) || w.recorded(c, audit.TaskDone) != 1 || w.recorded(c, audit.TaskCreated) != len(playbook.Default().Tasks(crisis.Detect)) {
			t.Errorf("ledger: %v", got)
		}
		detail, err := d.CrisisDetail(t.Context(), ScopeAll(), c.Number)
		w.ok(err)
		if len(detail.Tasks) != len(playbook.Default().Tasks(crisis.Detect)) || detail.Tasks[0].Kind != taskKindTriage || detail.Tasks[0].State != TaskDone {
			t.Errorf("tasks: %+v", detail.Tasks)
		}
		if w.told(c, FactTriaged) != 1 || w.notices("crisis_opened", w.dana) != 1 {
			t.Error("the workflow or the lead was not told")
		}
		var starts int
		w.ok(d.read.Raw("SELECT COUNT(*) FROM outbox WHERE kind = ? AND payload LIKE ?", OutboxStart, "%"+c.ID+"%").Scan(&starts).Error)
		if starts != 1 {
			t.Errorf("%d starts", starts)
		}
	})
}

func TestOpeningByRuleLeavesTriageToPeople(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c, err := w.OpenCrisis(t.Context(), keeper, OpenCrisis{ClientID: w.client.ID, Title: "By itself", Severity: crisis.S1, Verdict: &detection.Verdict{BaselineShare: 0.3}})
	w.ok(err)
	if w.told(c, FactTriaged) != 0 || w.notices("crisis_opened", w.roni) != 1 {
		t.Error("a crisis that opened by itself must be triaged by a person, and every manager must hear of it")
	}
	if c.Baseline.V.NegativeShare != 0.3 {
		t.Errorf("without history the verdict's share stands in, not %v", c.Baseline.V.NegativeShare)
	}
}

func TestOpeningRefusals(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	for _, tc := range []struct {
		name, code string
		change     func(*OpenCrisis)
	}{
		{"empty title", "crisis_title", func(o *OpenCrisis) { o.Title = " " }},
		{"long title", "crisis_title", func(o *OpenCrisis) { o.Title = strings.Repeat("א", 201) }},
		{"severity five", "unknown_severity", func(o *OpenCrisis) { o.Severity = 5 }},
		{"unknown type", "unknown_crisis_type", func(o *OpenCrisis) { o.Type = "flood" }},
		{"unknown client", "not_found", func(o *OpenCrisis) { o.ClientID = NewID() }},
		{"no client", "not_found", func(o *OpenCrisis) { o.ClientID = "" }},
		{"first mention tomorrow", "first_mention", func(o *OpenCrisis) { o.FirstMentionAt = w.at.Add(24 * time.Hour) }},
		{"first mention last year", "first_mention", func(o *OpenCrisis) { o.FirstMentionAt = w.at.AddDate(-1, 0, 0) }},
		{"lead who may not lead", "lead_without_role", func(o *OpenCrisis) { o.LeadID = w.auditor.ID }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := OpenCrisis{ClientID: w.client.ID, Title: "T", Severity: crisis.S3}
			tc.change(&o)
			_, err := w.OpenCrisis(t.Context(), w.dana, o)
			w.refused(err, tc.code)
		})
	}
}

func TestNumbersNeverRepeat(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		var all sync.WaitGroup
		numbers := make([]string, 8)
		for i := range numbers {
			all.Go(func() {
				c, err := d.OpenCrisis(t.Context(), w.dana, OpenCrisis{ClientID: w.client.ID, Title: "T", Severity: crisis.S4})
				if err != nil {
					t.Error(err)
				}
				numbers[i] = c.Number
			})
		}
		all.Wait()
		slices.Sort(numbers)
		if len(slices.Compact(slices.Clone(numbers))) != 8 || numbers[7] != "C-2026-0008" {
			t.Errorf("numbers: %v", numbers)
		}
		w.at = time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC) // already the new year in Jerusalem
		if c := w.open(crisis.S4); c.Number != "C-2027-0001" {
			t.Errorf("the first of the year is %s", c.Number)
		}
	})
}

func TestListOrderPagesAndWall(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		var ids []string
		for _, s := range []crisis.Severity{crisis.S4, crisis.S1, crisis.S3} {
			ids = append(ids, w.open(s).ID)
			w.at = w.at.Add(time.Minute)
		}
		other, err := d.AddClient(t.Context(), keeper, NewClient{Slug: "air", Name: "Air"})
		w.ok(err)
		hidden, err := d.OpenCrisis(t.Context(), w.dana, OpenCrisis{ClientID: other.ID, Title: "Lost bags 100%", Severity: crisis.S2})
		w.ok(err)
		list := func(s Scope, f CrisisFilter, p Page) ([]string, string) {
			t.Helper()
			rows, next, err := d.Crises(t.Context(), s, f, p)
			w.ok(err)
			var out []string
			for _, r := range rows {
				out = append(out, r.ID)
			}
			return out, next
		}
		mine := ScopeClients(w.client.ID)
		for _, tc := range []struct {
			name string
			f    CrisisFilter
			want []string
		}{
			{"severity", CrisisFilter{Sort: SortSeverity}, []string{ids[1], ids[2], ids[0]}},
			{"opened", CrisisFilter{Sort: SortOpened}, []string{ids[2], ids[1], ids[0]}},
			{"one severity", CrisisFilter{Severity: crisis.S3}, []string{ids[2]}},
			{"closed", CrisisFilter{Status: crisis.Closed}, nil},
			{"number", CrisisFilter{Query: "c-2026-0002"}, []string{ids[1]}},
			{"percent is no wildcard", CrisisFilter{Query: "%"}, nil},
		} {
			if got, _ := list(mine, tc.f, Page{}); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
			}
		}
		first, next := list(mine, CrisisFilter{Sort: SortSeverity}, Page{Limit: 2})
		rest, end := list(mine, CrisisFilter{Sort: SortSeverity}, Page{Limit: 2, Cursor: next})
		if !slices.Equal(append(first, rest...), []string{ids[1], ids[2], ids[0]}) || end != "" {
			t.Errorf("pages: %v then %v", first, rest)
		}
		if got, _ := list(Scope{}, CrisisFilter{}, Page{}); len(got) != 0 {
			t.Error("an empty scope shows crises")
		}
		if _, err := d.CrisisDetail(t.Context(), mine, hidden.Number); err == nil {
			t.Error("a crisis behind the wall was shown")
		}
		if _, _, err := d.Timeline(t.Context(), mine, hidden.ID, Page{}); err == nil {
			t.Error("a timeline behind the wall was shown")
		}
		_, _, err = d.Crises(t.Context(), mine, CrisisFilter{Sort: "colour"}, Page{})
		w.refused(err, "unknown_sort")
	})
}
