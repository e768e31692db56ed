MAIN_BRANCH = "main"
