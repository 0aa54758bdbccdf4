// Reads an SBOM and writes it again, with libraries of the formats' authors. The argument is cyclonedx or spdx.
package main

import (
	"io"
	"log"
	"os"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/spdx/tools-golang/json"
)

func main() {
	copies := map[string]func(io.Reader, io.Writer) error{"cyclonedx": copyCycloneDX, "spdx": copySPDX}
	if err := copies[os.Args[1]](os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func copyCycloneDX(from io.Reader, to io.Writer) error {
	bom := new(cyclonedx.BOM)
	if err := cyclonedx.NewBOMDecoder(from, cyclonedx.BOMFileFormatJSON).Decode(bom); err != nil {
		return err
	}
	return cyclonedx.NewBOMEncoder(to, cyclonedx.BOMFileFormatJSON).Encode(bom)
}

func copySPDX(from io.Reader, to io.Writer) error {
	document, err := json.Read(from)
	if err != nil {
		return err
	}
	return json.Write(document, to)
}
