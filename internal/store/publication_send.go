package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
)

// maxSends bounds the calls for one publication that certainly did not bring it out.
const maxSends = 8

// Sending is one call that may be made now.
type Sending struct {
	// Go says that the intent is stored and the call is this caller's to make.
	Go bool
	// Publication, Target, Text and Langs are what to send, where and as whom.
	Publication Publication
	Target      Target
	Password    string
	Text        string
	Langs       []string
}

// BeginSend stores the intent to publish, as the last step before the call: it
// checks everything once more and moves the row from planned to sending, which
// only one caller can. Without Go the row says what to do instead.
func (d *DB) BeginSend(ctx context.Context, by audit.Actor, id string) (Sending, error) {
	var s Sending
	err := d.Change(ctx, by, func(tx *Tx) error {
		s = Sending{}
		p, dr, err := tx.publication(id)
		if err != nil || p.State != PubPlanned {
			return err
		}
		v, err := tx.verdict(p, dr)
		if err != nil {
			return err
		}
		if v.refused != "" || v.held != "" || !v.until.IsZero() || v.target.Kind == TargetByHand {
			return nil
		}
		if err := tx.movePubWith(&p, PubSending, "", map[string]any{"attempts": p.Attempts + 1}); err != nil {
			return err
		}
		p.Attempts++
		tx.Record(tx.pubEvent(audit.PublicationSent, p, audit.Set("attempt", p.Attempts), audit.Set("content_hash", p.VersionHash)))
		s = Sending{Go: true, Publication: p, Target: v.target}
		for _, ref := range v.content.Targets {
			if ref.ID == p.TargetID {
				s.Text, s.Langs = v.content.TextFor(ref)
			}
		}
		return nil
	})
	if err != nil || !s.Go {
		return s, err
	}
	_, s.Password, err = d.TargetWithPassword(ctx, s.Target.ID)
	return s, err
}

// SendingNow reads what a call that may be under way is about, to look it up.
// Go is false when nothing is under way.
func (d *DB) SendingNow(ctx context.Context, id string) (Sending, error) {
	g := d.read.WithContext(ctx)
	var p Publication
	if err := g.Where("id = ?", id).Take(&p).Error; err != nil {
		return Sending{}, translate(missing(err, "publication"))
	}
	if p.State != PubSending {
		return Sending{}, nil
	}
	_, content, err := versionIn(g, p.DraftID, p.Version)
	if err != nil {
		return Sending{}, translate(err)
	}
	s := Sending{Go: true, Publication: p}
	if s.Target, s.Password, err = d.TargetWithPassword(ctx, p.TargetID); err != nil {
		return s, err
	}
	for _, ref := range content.Targets {
		if ref.ID == p.TargetID {
			s.Text, s.Langs = content.TextFor(ref)
			s.Target.Account = ref.Account // the approved one, whatever the target says today
		}
	}
	return s, nil
}

// What is known after a call or a look-up; package channel's words for it.
const (
	SentPublished = "published"
	SentRefused   = "refused"
	SentUnsent    = "unsent"
	SentUnknown   = "unknown"
	SentAbsent    = "absent"
)

// SendResult is what came of a call or a look-up.
type SendResult struct {
	Status string
	// URL is the post's page, RemoteID the platform's name of it.
	URL, RemoteID string
	// Code is stable; Detail is one sentence that may quote the platform.
	Code, Detail string
	// LookedUp says that it was found out by reading, not by the call itself.
	LookedUp bool
	// GiveUp says that no further look-up is tried: what is unknown now is a person's to settle.
	GiveUp bool
}

// FinishSend records what is known of call number attempt. A call that was
// overtaken by another changes nothing.
func (d *DB) FinishSend(ctx context.Context, by audit.Actor, id string, attempt int, r SendResult) (PublicationStep, error) {
	var step PublicationStep
	err := d.Change(ctx, by, func(tx *Tx) error {
		p, dr, err := tx.publication(id)
		if err != nil {
			return err
		}
		if p.State == PubSending && p.Attempts == int64(attempt) {
			if err := tx.finish(&p, dr, r); err != nil {
				return err
			}
		}
		step = PublicationStep{State: p.State, Attempts: int(p.Attempts)}
		return nil
	})
	return step, err
}

func (tx *Tx) finish(p *Publication, dr Draft, r SendResult) error {
	detail := audit.Private("detail", "", nil, r.Detail)
	switch r.Status {
	case SentPublished:
		action := audit.PublicationPublished
		if r.LookedUp {
			tx.Record(tx.pubEvent(audit.PublicationReconciled, *p, audit.Set("found", true)))
		}
		return tx.publish(p, dr, action, r.URL, r.RemoteID)
	case SentRefused:
		return tx.failPub(p, dr, r.Code, r.Detail)
	case SentUnsent, SentAbsent:
		if p.Attempts >= maxSends {
			return tx.failPub(p, dr, ReasonAttemptsUsed, r.Detail)
		}
		if err := tx.movePub(p, PubPlanned, r.Code); err != nil {
			return err
		}
		tx.Record(tx.pubEvent(audit.PublicationReconciled, *p, audit.Set("found", false), audit.Set("reason_code", r.Code), detail))
		return nil
	}
	if !r.GiveUp {
		return nil // still sending: the workflow looks again
	}
	if err := tx.movePub(p, PubUnknown, r.Code); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationUnknown, *p, audit.Set("reason_code", r.Code), detail))
	return tx.noticePub(*p, dr, "publication_unknown")
}

func (tx *Tx) failPub(p *Publication, dr Draft, code, detail string) error {
	before := p.State
	if err := tx.movePub(p, PubFailed, code); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationFailed, *p, audit.Changed("state", before, PubFailed), audit.Set("reason_code", code), audit.Private("detail", "", nil, detail)))
	return tx.noticePub(*p, dr, "publication_failed")
}

// publish records that a post is out and lets the draft and the crisis know.
func (tx *Tx) publish(p *Publication, dr Draft, action audit.Action, url, remoteID string) error {
	before := p.State
	if err := tx.movePubWith(p, PubPublished, "", map[string]any{"url": url, "remote_id": remoteID, "published_at": tx.now.Micros()}); err != nil {
		return err
	}
	p.URL, p.RemoteID, p.PublishedAt = url, remoteID, tx.now
	tx.Record(tx.pubEvent(action, *p, audit.Changed("state", before, PubPublished), audit.Private("url", "", nil, url), audit.Set("content_hash", p.VersionHash)))
	if err := tx.draftOut(*p, dr); err != nil {
		return err
	}
	if err := tx.crisisHears(*p); err != nil {
		return err
	}
	return tx.noticePub(*p, dr, "publication_published")
}

// draftOut marks the draft as published once all of its targets are.
func (tx *Tx) draftOut(p Publication, dr Draft) error {
	_, content, err := versionIn(tx.g, p.DraftID, p.Version)
	if err != nil {
		return err
	}
	var n int64
	if err := tx.g.Raw("SELECT COUNT(*) FROM publications WHERE draft_id = ? AND version_hash = ? AND state = ?", p.DraftID, p.VersionHash, PubPublished).Scan(&n).Error; err != nil {
		return err
	}
	if int(n) < len(content.Targets) || dr.VersionHash != p.VersionHash || dr.State != DraftApproved {
		return nil
	}
	dr.State = DraftPublished
	if err := tx.saveDraft(&dr); err != nil {
		return err
	}
	return tx.announce("draft", dr.ClientID, dr.CrisisID, dr.ID)
}

// crisisHears tells the crisis what it waits for: the first acknowledgement, or
// the response once it is out on every affected platform.
func (tx *Tx) crisisHears(p Publication) error {
	c, err := tx.crisis(p.CrisisID)
	if err != nil {
		return err
	}
	switch approval.ContentKind(p.Kind) {
	case approval.KindAcknowledgement:
		if err := tx.finishKind(c, taskKindAcknowledge); err != nil {
			return err
		}
		return tellWorkflow(tx, WorkflowCrisis, c.ID, FactAcknowledged, p.ID)
	case approval.KindResponse:
		start, err := tx.waveStart(c)
		if err != nil {
			return err
		}
		q := gateQuery{g: tx.g, c: c, start: start, now: tx.now}
		if out := q.responseOut(); q.err != nil || !out {
			return q.err
		}
		if err := tx.finishKind(c, taskKindPublication); err != nil {
			return err
		}
		return tx.responded(c)
	}
	return nil
}
