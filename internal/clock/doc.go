// Package clock keeps the promises of a crisis in time: working-time calendars
// with Shabbat, Israeli holidays and daylight saving, the hours in which
// nothing may be published, and the clock that counts a budget down.
//
// It must not read the wall clock, sleep or do I/O: every instant comes in as a
// parameter, so a workflow can replay it. Zones come from the embedded tzdata
// or the system; because a new tzdata may move an instant, a Clock stores the
// instants it computed and only recomputes them at a transition.
//
// Callers are workflows, the store, the API and package crisis and playbook.
package clock
