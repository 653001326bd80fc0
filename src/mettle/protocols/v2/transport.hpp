#pragma once

#include "mettle/load/transport.hpp"
#include "mettle/protocols/http_transport.hpp"
#include "mettle/protocols/v2/infer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mettle::protocols::v2 {

// What load on a V2 model sends: task t's payload p is tasks[t][p]. Answers are checked for status,
// form and, where a payload has `expected`, values: Outcome::validation and Outcome::wrong_answer,
// with a detail that says what was wrong.
struct InferLoad {
    http::Url url;  // The server's root.
    std::string model;
    std::string version;
    Signature signature;
    std::vector<std::vector<Payload>> tasks;
    http::HeaderList headers;  // Of every request, behind the payload's own.
    HttpOptions options;
};

// Resolves the host now, once. Fails when that cannot be done.
Result<std::unique_ptr<load::TransportFactory>> make_transports(InferLoad load);

}  // namespace mettle::protocols::v2
