#pragma once

#include "mettle/inference/served_model.hpp"

#include <string>

namespace mettle::cli {

// A shell command that asks the model for one row of zeros, and works when pasted. Inputs too large
// for a command line are made by the shell. A model of pictures is sent picture.jpg.
std::string curl_line(const std::string& url, const ServedModel& model);

}  // namespace mettle::cli
