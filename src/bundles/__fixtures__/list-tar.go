// Prints the entries of the tar.gz given as argument, one JSON list a line; reads a single gzip member only.
package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"
)

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	member, err := gzip.NewReader(bufio.NewReader(file))
	check(err)
	member.Multistream(false)
	archive := tar.NewReader(member)
	for {
		entry, err := archive.Next()
		if err == io.EOF {
			break
		}
		check(err)
		digest := sha256.New()
		_, err = io.Copy(digest, archive)
		check(err)
		kinds := map[byte]string{tar.TypeReg: "file", tar.TypeSymlink: "symlink", tar.TypeDir: "directory"}
		line, err := json.Marshal([]any{
			hex.EncodeToString([]byte(strings.TrimSuffix(entry.Name, "/"))), kinds[entry.Typeflag], entry.Mode, entry.Size,
			hex.EncodeToString(digest.Sum(nil)), hex.EncodeToString([]byte(entry.Linkname)), entry.ModTime.Unix(),
		})
		check(err)
		os.Stdout.Write(append(line, '\n'))
	}
	_, err = io.Copy(io.Discard, member)
	check(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
