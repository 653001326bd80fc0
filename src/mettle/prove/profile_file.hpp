#pragma once

// Profiles as YAML files: every threshold by name, over one of the built-in profiles.
//
//   from: strict
//   capacity:
//     confidence: 0.999
//   overload:
//     graceful: 90%
//
// What is not said stays as in `from`, or in `default` without it.

#include "mettle/prove/profile.hpp"
#include "mettle/schema/place.hpp"

namespace mettle::prove {

// Mistakes are noted with their places; then the profile is of no use. `name` is the file's.
Profile read_profile(std::string_view text, const std::string& name, Mistakes& mistakes);

// A built-in profile, or the file at that path: what has a '/', a '.' or is there.
Result<Profile> profile_at(const std::string& name_or_path);

// As a file that read_profile makes the same profile of, with a comment for each value.
std::string to_yaml(const Profile& profile);

}  // namespace mettle::prove
