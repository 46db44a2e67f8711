// Package journey walks the newcomer's path, from the first mention to a checked
// export, over HTTP on any deployment, and tries on the way what must be refused.
//
// It must know nothing of how the deployment is made up. Its own test walks on
// the embedded form, the test of package grown on many processes.
package journey
