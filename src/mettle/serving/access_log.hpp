#pragma once

#include "mettle/http/exchange.hpp"

namespace mettle {

// Writes one line about an exchange whose response has been sent, as text or JSON as the log is.
void log_access(const http::Exchange& exchange);

}  // namespace mettle
