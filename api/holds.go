package api

import (
	"context"
	"net/http"

	"github.com/migdalor/migdalor/policies"
)

func (s *Server) holdRoutes() {
	route(s, http.MethodPost, "/clients/{id}/hold", onClient(policies.HoldsSet), "Throw the client's stop switch: nothing of theirs is published", s.setHold)
	route(s, http.MethodDelete, "/clients/{id}/hold", onClient(policies.HoldsRelease), "Lift the hold; held items stay held until each is released", s.liftHold)
}

func (s *Server) setHold(ctx context.Context, in *reasonInput) (*tagged[clientDetail], error) {
	c, err := s.db.SetHold(ctx, callerFrom(ctx).actor(), clientFrom(ctx), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return s.clientDetailOf(ctx, c)
}

func (s *Server) liftHold(ctx context.Context, in *reasonInput) (*tagged[clientDetail], error) {
	c, err := s.db.LiftHold(ctx, callerFrom(ctx).actor(), clientFrom(ctx), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return s.clientDetailOf(ctx, c)
}
