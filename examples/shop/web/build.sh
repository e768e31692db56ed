#!/bin/sh
# Build the web from its own text and the library.
set -eu
mkdir -p build
cat lib/price.txt web/text.txt > build/web.txt
