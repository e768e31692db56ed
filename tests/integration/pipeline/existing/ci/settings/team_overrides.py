TEXT_CONTENT_EXTENSIONS = {".txt", ".err"}
