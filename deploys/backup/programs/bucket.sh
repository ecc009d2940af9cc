# A repository in an S3 bucket: whether it may be written to, and whose it is; bucket.py has the verbs.
# Its one argument is a verb. It is given $file, the host's file about the bucket.
exec python3 -I /usr/local/lib/rigwright/backup/bucket.pyz "${file:?}" "$@"
