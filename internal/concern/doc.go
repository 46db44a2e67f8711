// Package concern finds what worries people in a text: concerns (service,
// product, price and so on), for the assessment, and red flags (injury, data
// leak, a call to boycott), which raise the severity at once.
//
// It must not decide on a severity or read anything but the text it is given.
// A flag means that the words were said, not that they are true.
//
// Packages store, crisis and demo call it.
package concern
