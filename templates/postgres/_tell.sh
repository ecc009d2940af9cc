tell() {
    printf '%s\n' "$2" >"$directory/.$1.new"
    mv -f "$directory/.$1.new" "$directory/$1"
}
