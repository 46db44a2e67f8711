package store

// chunk is how many rows of so many columns go into one INSERT. The SQLite
// driver looks through all arguments for each placeholder, so a long statement
// costs its square there: ten rows at a time stored mentions more than twice as
// fast as two hundred. PostgreSQL pays for round trips instead.
func (d *DB) chunk(columns int) int {
	if d.dialect == SQLite {
		return max(1, 330/columns)
	}
	return min(200, 30_000/columns)
}
