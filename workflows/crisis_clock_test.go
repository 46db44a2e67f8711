package workflows

import (
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
)

func whys(c clock.Clock) []string {
	var out []string
	for _, ch := range c.Ledger {
		out = append(out, ch.Why)
	}
	return out
}

func TestClocksStartByThePlaybook(t *testing.T) {
	for _, tc := range []struct {
		name     string
		severity crisis.Severity
		due      map[clock.Kind]time.Duration
	}{
		{"severe", crisis.S2, map[clock.Kind]time.Duration{clock.Triage: 10 * time.Minute, clock.Acknowledge: 30 * time.Minute,
			clock.FirstAssessment: 2 * time.Hour, clock.Statement: 2 * time.Hour, clock.PrivateAnswer: time.Hour}},
		{"watch has no statement clock", crisis.S4, map[clock.Kind]time.Duration{clock.Triage: 10 * time.Minute, clock.Acknowledge: 4 * time.Hour,
			clock.FirstAssessment: 2 * time.Hour, clock.PrivateAnswer: time.Hour}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript(t, tc.severity)
			s.stop(time.Minute)
			s.run()
			if len(s.db.saved) != len(tc.due) {
				t.Errorf("clocks: %v", s.db.saved)
			}
			for kind, after := range tc.due {
				if c := s.state(kind, clock.Running); c.Due == nil || !c.Due.Equal(monday.Add(after)) {
					t.Errorf("%s is due %v", kind, c.Due)
				}
			}
		})
	}
}

func TestAClockWarnsRunsOutAndClimbsTheLadder(t *testing.T) {
	s := newScript(t, crisis.S2)
	s.tell(0, FactTriaged, "")
	s.tell(time.Minute, FactAssessed, "")
	s.tell(time.Minute, FactResponded, "")
	s.tell(time.Minute, FactPrivatelyAnswered, "")
	s.stop(7 * time.Hour)
	s.run()
	c := s.state(clock.Acknowledge, clock.Breached)
	want := []string{clock.WhyStarted, clock.WhyWarn50, clock.WhyWarn80, clock.WhyBreach}
	if got := whys(c); len(got) != 4 || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("ledger: %v", got)
	}
	// account_manager at 0, 10, 20; approver at 30, 45; admin at 60 to 150; then ever wider: +60, +120.
	minutes := []int{0, 10, 20, 30, 45, 60, 90, 120, 150, 210, 330}
	roles := []crisis.Role{"account_manager", "account_manager", "account_manager", "approver", "approver", "admin", "admin", "admin", "admin", "admin", "admin"}
	if len(s.db.asked) != len(minutes) {
		t.Fatalf("asked %d times at %v", len(s.db.asked), s.db.askedAt)
	}
	breach := monday.Add(30 * time.Minute)
	for i, a := range s.db.asked {
		if at := breach.Add(time.Duration(minutes[i]) * time.Minute); !s.db.askedAt[i].Equal(at) || a.Role != roles[i] || a.Ask != i {
			t.Errorf("asking %d: %s at %v, want %s at %v", i, a.Role, s.db.askedAt[i], roles[i], at)
		}
	}
	if !s.db.asked[0].WithLead || s.db.asked[3].WithLead {
		t.Error("the lead belongs to the first step only")
	}
	s.state(clock.Triage, clock.Met)
}

func TestAnAcknowledgementHoldsTheLadderAndExpires(t *testing.T) {
	quiet := func(s *script) {
		for _, f := range []FactKind{FactTriaged, FactAssessed, FactResponded, FactPrivatelyAnswered} {
			s.tell(time.Second, f, "")
		}
		s.stop(100 * time.Minute)
	}
	breach := monday.Add(30 * time.Minute)
	t.Run("by a fact", func(t *testing.T) {
		s := newScript(t, crisis.S2)
		quiet(s)
		s.tell(35*time.Minute, FactEscalationTaken, string(clock.Acknowledge))
		s.run()
		// Asked at the breach; taken five minutes later; asked again once the half hour is over: once, not for each missed step.
		if len(s.db.askedAt) < 2 || !s.db.askedAt[0].Equal(breach) || !s.db.askedAt[1].Equal(monday.Add(65*time.Minute)) || s.db.asked[1].Ask != 3 {
			t.Errorf("asked at %v: %+v", s.db.askedAt, s.db.asked)
		}
	})
	t.Run("that only the database knows yet", func(t *testing.T) {
		s := newScript(t, crisis.S2)
		quiet(s)
		s.db.holdFor = 20 * time.Minute
		s.run()
		if len(s.db.askedAt) == 0 || !s.db.askedAt[0].Equal(breach.Add(20*time.Minute)) {
			t.Errorf("asked at %v", s.db.askedAt)
		}
	})
	t.Run("meeting it late ends the ladder", func(t *testing.T) {
		s := newScript(t, crisis.S2)
		quiet(s)
		s.tell(45*time.Minute, FactAcknowledged, "")
		s.run()
		c := s.state(clock.Acknowledge, clock.Met)
		if !c.Late() || len(s.db.asked) != 2 {
			t.Errorf("late %v, asked at %v", c.Late(), s.db.askedAt)
		}
	})
}

func TestWorkingTime(t *testing.T) {
	thursday := time.Date(2026, 11, 26, 16, 50, 0, 0, time.UTC) // 18:50 in Jerusalem, ten minutes before closing
	for _, tc := range []struct {
		name     string
		severity crisis.Severity
		due      time.Time
	}{
		{"severity 2 sleeps over Shabbat", crisis.S2, time.Date(2026, 11, 29, 6, 20, 0, 0, time.UTC)},
		{"severity 1 ignores the calendar", crisis.S1, thursday.Add(15 * time.Minute)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript(t, tc.severity)
			s.db.plan.Now.WaveStart = thursday
			s = s.db.script(t, thursday)
			s.stop(72 * time.Hour)
			s.run()
			c := s.state(clock.Acknowledge, clock.Breached)
			if !c.BreachedAt.Equal(tc.due) {
				t.Errorf("ran out at %v, want %v", c.BreachedAt, tc.due)
			}
		})
	}
}

func TestPausedWhileTheClientThinks(t *testing.T) {
	s := newScript(t, crisis.S2)
	s.db.holds = clock.Acknowledge
	s.tell(5*time.Minute, FactWaitingForLegal, "approval")
	s.tell(10*time.Minute, FactWaitingForClient, "approval")
	s.tell(2*time.Hour, FactNoLongerWaiting, "approval")
	s.stop(2*time.Hour + time.Minute)
	s.run()
	c := s.state(clock.Acknowledge, clock.Running)
	if c.Due == nil || !c.Due.Equal(monday.Add(2*time.Hour+25*time.Minute)) {
		t.Errorf("five minutes were used, yet it is due %v", c.Due)
	}
	reasons := map[clock.PauseReason]bool{}
	for _, ch := range c.Ledger {
		reasons[ch.Reason] = true
	}
	if !reasons[clock.WaitingClient] || !reasons[clock.WaitingLegal] {
		t.Errorf("the reasons of the pause are lost: %+v", c.Ledger)
	}
}

func TestPersonPausesAndResumes(t *testing.T) {
	s := newScript(t, crisis.S3)
	pause := s.command(10*time.Minute, UpdatePauseClock, "p", ClockCommand{By: by("p"), Kind: clock.Acknowledge, Reason: clock.WaitingClient})
	twice := s.command(11*time.Minute, UpdatePauseClock, "p2", ClockCommand{By: by("p2"), Kind: clock.Acknowledge, Reason: clock.WaitingLegal})
	why := s.command(12*time.Minute, UpdatePauseClock, "p3", ClockCommand{By: by("p3"), Kind: clock.Triage, Reason: "lunch"})
	none := s.command(13*time.Minute, UpdatePauseClock, "p4", ClockCommand{By: by("p4"), Kind: clock.Review, Reason: clock.WaitingLegal})
	resume := s.command(3*time.Hour, UpdateResumeClock, "r", ClockCommand{By: by("r"), Kind: clock.Acknowledge})
	s.stop(3*time.Hour + time.Second)
	s.run()
	if pause.err != nil || resume.err != nil {
		t.Fatalf("pause %v, resume %v", pause.err, resume.err)
	}
	for code, a := range map[string]*answered{"clock_not_running": twice, "not_found": none} {
		if f, ok := Refused(a.rejected); !ok || f.Code != code {
			t.Errorf("want %s, got %v", code, a.rejected)
		}
	}
	if f, ok := Refused(why.rejected); !ok || f.Code != "clock_not_running" && f.Code != "pause_reason_unknown" {
		t.Errorf("a pause without reason: %v", why.rejected)
	}
	c := s.state(clock.Acknowledge, clock.Running)
	if !c.Due.Equal(monday.Add(3*time.Hour + 50*time.Minute)) {
		t.Errorf("due %v", c.Due)
	}
	if last := c.Ledger[len(c.Ledger)-1]; last.By != "dana" {
		t.Errorf("resumed by %q", last.By)
	}
}
