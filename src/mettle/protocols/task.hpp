#pragma once

// What a load sends, whatever the protocol: named tasks, each with ready requests and how their
// answers are judged. Protocols make these; a plan and a transport are made from them.

#include "mettle/http/client.hpp"
#include "mettle/protocols/http_transport.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

struct TaskRequest {
    http::ClientRequest request;
    std::shared_ptr<const AnswerCheck> check;  // None: any status below 400 will do.
    std::string id = {};  // Of its payload, by which it can be made again: "digits/7/1-3fa9c2b1".
};

// The id of a payload: its task's name, its index, the seed, and a digest of the body, so that
// other flags are not taken for the same.
std::string payload_id(std::string_view task, std::uint64_t index, std::uint64_t seed,
                       std::string_view body);

// For an AnswerCheck. Views of the response.
Answer answer_of(const http::ClientResponse& response);

struct Task {
    std::string name;  // In the statistics: "digits", "/items/{id}".
    std::string method = "GET";
    double weight = 1;
    std::vector<TaskRequest> requests;  // Sent in turn; at least one.
    // The load's program reads every answer itself: the checks are for single questions only.
    bool program_judges = false;
};

// What is sent for a request, head and body.
std::string wire_bytes(const http::Url& url, const http::ClientRequest& request,
                       const HttpOptions& options);

// Resolves the host now, once. Fails when that cannot be done.
Result<std::unique_ptr<load::TransportFactory>> make_transports(const http::Url& url,
                                                                const std::vector<Task>& tasks,
                                                                HttpOptions options);

}  // namespace mettle::protocols
