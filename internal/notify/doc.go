// Package notify tells people by e-mail: it renders each kind of message in
// Hebrew and English and hands it to a mail server, or keeps it under the data
// folder where none is set up.
//
// It must not decide who is told what and when, nor remember what was sent: the
// outbox does, and calls again until a send succeeds. A message has the same
// Message-ID each time, so that a repeated one can be recognised.
//
// Package activities calls it, and api lists the kept mails to administrators.
package notify
