#pragma once

// Bodies of requests that are nobody's tensors: a folder's files as they are, or the rows of a
// file as JSON objects.

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mettle::payload {

struct Body {
    std::string content_type;  // By the file's extension; application/json for rows.
    std::string bytes;
};

// `path` is a folder (its files by name, hidden ones left out), .csv, .jsonl or any other file,
// which is one body. At most `count` bodies of `most_bytes` together; fails where the first is
// larger.
Result<std::vector<Body>> read_bodies(const std::string& path, std::size_t count,
                                      std::size_t most_bytes);

}  // namespace mettle::payload
