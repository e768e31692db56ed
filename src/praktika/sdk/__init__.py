"""What a job's own script uses: Result, Info, Shell, Utils and thin faces of outside services.

The room runs inside the job's process, under whatever Python from 3.11 on the job has. It imports
the standard library only, does no work at import, and knows the rest of praktika by files alone:
`environment.json`, `settings.json` and `result_*.json` in `TEMP_DIR`.
"""
