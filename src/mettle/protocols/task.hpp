#pragma once

// What a load sends, whatever the protocol: named tasks, each with ready requests and how their
// answers are judged. Protocols make these; a plan and a transport are made from them.

#include "mettle/http/client.hpp"
#include "mettle/protocols/http_transport.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mettle::protocols {

struct TaskRequest {
    http::ClientRequest request;
    std::shared_ptr<const AnswerCheck> check;  // None: any status below 400 will do.
};

struct Task {
    std::string name;  // In the statistics: "digits", "/items/{id}".
    std::string method = "GET";
    double weight = 1;
    std::vector<TaskRequest> requests;  // Sent in turn; at least one.
};

// Resolves the host now, once. Fails when that cannot be done.
Result<std::unique_ptr<load::TransportFactory>> make_transports(const http::Url& url,
                                                                const std::vector<Task>& tasks,
                                                                HttpOptions options);

}  // namespace mettle::protocols
