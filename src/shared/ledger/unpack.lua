-- The arguments come as one, by `packArguments`: from here on ARGV is what it was made of.
local ARGV = cmsgpack.unpack(ARGV[1])

