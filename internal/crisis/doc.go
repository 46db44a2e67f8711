// Package crisis is the domain of a crisis: its five stages and what must exist
// before each is left, severity and the rule that proposes it, strategy advice,
// the assessment, waves, the lock on positive content, review dates, and the
// words in both languages that every surface shares.
//
// It must not do I/O, read the clock or know the database, workflows or HTTP:
// facts come in as plain structs and answers go out as values. It advises and
// says what is missing; people decide.
//
// Callers are workflows, activities, the store, the API and package playbook.
package crisis
