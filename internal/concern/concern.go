package concern

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/sentiment/words"
)

// Concern is one kind of worry.
type Concern string

// The default taxonomy.
const (
	Service       Concern = "service"
	Product       Concern = "product"
	Price         Concern = "price"
	Staff         Concern = "staff"
	Safety        Concern = "safety"
	Ethics        Concern = "ethics"
	Privacy       Concern = "privacy"
	Communication Concern = "communication"
)

// Concerns lists the taxonomy in its fixed order.
func Concerns() []Concern {
	return []Concern{Service, Product, Price, Staff, Safety, Ethics, Privacy, Communication}
}

// Flag is a red line: words that raise the severity whatever the counts say.
type Flag string

// The flags.
const (
	Injury         Flag = "injury"
	Death          Flag = "death"
	Poisoning      Flag = "poisoning"
	ForeignObject  Flag = "foreign_object"
	Fire           Flag = "fire"
	DataLeak       Flag = "data_leak"
	Boycott        Flag = "boycott"
	Legal          Flag = "legal"
	Regulator      Flag = "regulator"
	Crime          Flag = "crime"
	Discrimination Flag = "discrimination"
	Executive      Flag = "executive"
)

// Flags lists all flags, gravest first.
func Flags() []Flag {
	return []Flag{Death, Injury, Poisoning, ForeignObject, Fire, DataLeak, Crime, Discrimination, Boycott, Legal, Regulator, Executive}
}

// Critical tells the flags that by themselves speak for severity 1 (harm to
// people, leaked data, crime, discrimination); the others speak for severity 2.
func (f Flag) Critical() bool {
	switch f {
	case Boycott, Legal, Regulator, Executive:
		return false
	}
	return true
}

// Finding is what was found in one text. Both lists have no repetition and come
// in the order of Concerns and Flags.
type Finding struct {
	Concerns []Concern `json:"concerns"`
	Flags    []Flag    `json:"flags"`
	// Words are the entries of the list that matched, in reading order, as evidence.
	Words []string `json:"words"`
}

// Finder finds concerns and flags in a text. lang is a hint and may be empty. A
// Finder is safe for concurrent use.
type Finder interface {
	Find(text, lang string) Finding
}

//go:embed taxonomy.txt
var taxonomy string

// Keywords is the Finder of the word list in this package; build it with NewKeywords.
type Keywords struct {
	concerns []Concern
	flags    []Flag
	// table holds all words; a value is the number of the concern, or that of the
	// flag after the concerns. A word may stand in several lists.
	table words.Table[int]
}

// NewKeywords builds the finder.
func NewKeywords() *Keywords {
	k := &Keywords{concerns: Concerns(), flags: Flags()}
	if err := k.load(taxonomy); err != nil {
		panic("concern: the embedded taxonomy is broken: " + err.Error())
	}
	return k
}

func (k *Keywords) load(list string) error {
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest, ok := strings.Cut(line, ":")
		i := k.index(name)
		if !ok || i < 0 {
			return fmt.Errorf("unknown line %.30q", line)
		}
		for entry := range strings.SplitSeq(rest, ",") {
			k.table.Add(strings.TrimSpace(entry), i)
		}
	}
	return nil
}

func (k *Keywords) index(name string) int {
	if flag, ok := strings.CutPrefix(name, "!"); ok {
		if i := slices.Index(k.flags, Flag(flag)); i >= 0 {
			return len(k.concerns) + i
		}
		return -1
	}
	return slices.Index(k.concerns, Concern(name))
}

// Find looks every word up in all lists at once.
func (k *Keywords) Find(text, _ string) Finding {
	tokens := words.Tokens(text)
	hit := make([]bool, len(k.concerns)+len(k.flags))
	var f Finding
	for i := range tokens {
		k.table.All(tokens[i:], func(m words.Match[int]) {
			hit[m.Value] = true
			if word := strings.ReplaceAll(m.Entry, "*", ""); !slices.Contains(f.Words, word) {
				f.Words = append(f.Words, word)
			}
		})
	}
	for j, c := range k.concerns {
		if hit[j] {
			f.Concerns = append(f.Concerns, c)
		}
	}
	for j, fl := range k.flags {
		if hit[len(k.concerns)+j] {
			f.Flags = append(f.Flags, fl)
		}
	}
	return f
}
