package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

// crisisFactRoutes are what people record; the process hears of it afterwards.
func (s *Server) crisisFactRoutes() {
	view, work := onCrisis(policies.CrisesView), onCrisis(policies.CrisesWork)
	route(s, http.MethodPost, "/crises/{id}/acknowledgement/waive", onCrisis(policies.CrisesCommand), "Decide that no acknowledgement is needed", s.waiveAcknowledgement)
	route(s, http.MethodPut, "/crises/{id}/schedule-decision", onCrisis(policies.CrisesCommand), "Hold what is scheduled, or let it run", s.decideSchedule)
	route(s, http.MethodGet, "/crises/{id}/lessons", view, "Lessons and the proposed change of the playbook", s.getLessons)
	route(s, http.MethodPut, "/crises/{id}/lessons", work, "Write the lessons", s.putLessons)
	route(s, http.MethodGet, "/crises/{id}/notes", view, "Notes", s.listNotes)
	route(s, http.MethodPost, "/crises/{id}/notes", work, "Write a note", s.addNote, created)
}

type waiveInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (s *Server) waiveAcknowledgement(ctx context.Context, in *waiveInput) (*body[crisisDetail], error) {
	_, err := s.db.WaiveAcknowledgement(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Reason)
	return s.after(ctx, in.ID, err)
}

type scheduleInput struct {
	ByID
	Body struct {
		Decision string `json:"decision" enum:"hold,let_run"`
		Reason   string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (s *Server) decideSchedule(ctx context.Context, in *scheduleInput) (*body[crisisDetail], error) {
	_, err := s.db.DecideSchedule(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Decision, in.Body.Reason)
	return s.after(ctx, in.ID, err)
}

type lessonsView struct {
	Text           string `json:"text" maxLength:"20000"`
	PlaybookChange string `json:"playbook_change" maxLength:"20000"`
}

func (s *Server) getLessons(ctx context.Context, in *ByID) (*body[lessonsView], error) {
	c, err := s.db.CrisisRow(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	return answer(lessonsView{c.Lessons, c.PlaybookChange}), err
}

type lessonsInput struct {
	ByID
	Body lessonsView
}

func (s *Server) putLessons(ctx context.Context, in *lessonsInput) (*body[lessonsView], error) {
	c, err := s.db.WriteLessons(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Text, in.Body.PlaybookChange)
	return answer(lessonsView{c.Lessons, c.PlaybookChange}), err
}

type noteView struct {
	ID   string     `json:"id"`
	Text string     `json:"text"`
	At   time.Time  `json:"at"`
	By   *personRef `json:"by"`
}

func (s *Server) listNotes(ctx context.Context, in *ByID) (*body[list[noteView]], error) {
	rows, err := s.db.Notes(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	names, err := s.db.Names(ctx, each(rows, func(n store.Note) string { return n.AuthorID })...)
	return listOf(each(rows, func(n store.Note) noteView {
		return noteView{n.ID, n.Text, n.CreatedAt.Time, refTo(n.AuthorID, names[n.AuthorID])}
	}), ""), err
}

type noteInput struct {
	ByID
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"10000"`
	}
}

func (s *Server) addNote(ctx context.Context, in *noteInput) (*body[noteView], error) {
	caller := callerFrom(ctx)
	n, err := s.db.AddNote(ctx, caller.actor(), in.ID, in.Body.Text)
	return answer(noteView{n.ID, n.Text, n.CreatedAt.Time, refTo(caller.UserID, caller.Name)}), err
}

type timelineActor struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type objectRef struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type timelineView struct {
	ID      string         `json:"id"`
	At      time.Time      `json:"at"`
	Actor   timelineActor  `json:"actor"`
	Action  audit.Action   `json:"action"`
	WordsHe string         `json:"words_he"`
	WordsEn string         `json:"words_en"`
	Object  objectRef      `json:"object"`
	Reason  string         `json:"reason,omitempty"`
	Fields  map[string]any `json:"fields,omitempty" doc:"What is not personal of the change: the values after it."`
	Seq     int64          `json:"seq"`
}

type timelineInput struct {
	ByID
	Paging
}

func (s *Server) crisisTimeline(ctx context.Context, in *timelineInput) (*body[list[timelineView]], error) {
	rows, next, err := s.db.Timeline(ctx, store.ScopeClients(clientFrom(ctx)), in.ID, in.of())
	return listOf(each(rows, func(i store.TimelineItem) timelineView {
		spec, _ := audit.Lookup(i.Action)
		return timelineView{ID: i.ID, At: i.At.Time, Actor: timelineActor{i.ActorType, i.ActorName}, Action: i.Action, WordsHe: spec.He, WordsEn: spec.En,
			Object: objectRef{i.ObjectType, i.ObjectID}, Reason: i.Reason, Fields: i.Fields, Seq: i.Seq}
	}), next), err
}
