// Command migdalor is the one program: it reads flags and environment, wires
// the parts together and runs them. Nothing imports it.
package main
