package api

// routes is the whole table of contents: one line a noun, each noun's file has
// its routes with their rules.
func (s *Server) routes() {
	s.sessionRoutes()
	s.peopleRoutes()
	s.clientRoutes()
	s.mentionRoutes()
	s.alertRoutes()
	s.crisisRoutes()
	s.draftRoutes()
	s.approvalRoutes()
	s.publicationRoutes()
	s.ledgerRoutes()
	s.systemRoutes()
	s.liveRoutes()
	s.hookRoutes()
	s.approverRoutes()
	s.consoleRoutes()
}
