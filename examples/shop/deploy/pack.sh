#!/bin/sh
set -eu
tar -cf shop.tar build
