#pragma once

#include "mettle/http/message.hpp"

namespace mettle {

// Gives the answer's body the coding that the client's Accept-Encoding likes best. Bodies of less
// than a kilobyte stay as they are, and so does one that would not become smaller.
void compress(const http::Request& request, http::Response& response);

}  // namespace mettle
