package main

import (
	"github.com/migdalor/migdalor/api"
)

type openapiCmd struct{}

// Run prints the OpenAPI document; it needs no database.
func (openapiCmd) Run(io std) error {
	doc, err := api.Describe(version)
	if err != nil {
		return err
	}
	_, err = io.out.Write(append(doc, '\n'))
	return err
}
