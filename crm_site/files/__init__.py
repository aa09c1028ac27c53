"""Files that people attach to records: kept by their content, seen with their record, and always downloads."""
