package api

import (
	"context"

	"github.com/migdalor/migdalor/internal/store"
)

type patchTaskInput struct {
	ByID
	Task string `path:"task" maxLength:"80"`
	Body struct {
		State      *string `json:"state,omitempty" enum:"open,done,waived"`
		AssigneeID *string `json:"assignee_id,omitempty" maxLength:"80"`
		Note       *string `json:"note,omitempty" maxLength:"4000"`
	}
}

func (s *Server) patchTask(ctx context.Context, in *patchTaskInput) (*body[taskView], error) {
	t, err := s.db.ChangeTask(ctx, callerFrom(ctx).actor(), in.ID, in.Task,
		store.TaskChange{State: in.Body.State, AssigneeID: in.Body.AssigneeID, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	names, err := s.db.Names(ctx, t.AssigneeID, t.DoneBy)
	return answer(viewTask(t, names)), err
}
