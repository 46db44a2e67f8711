// Package words cuts Hebrew and English text into the forms that lists of words
// are compared with: lower case, no niqqud, no hidden characters, Hebrew final
// letters made plain and prefix letters taken off.
//
// It must not know what a word means: packages sentiment and concern do.
package words
