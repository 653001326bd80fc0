#include "mettle/protocols/body_task.hpp"

#include "mettle/http/message.hpp"
#include "mettle/payload/bodies.hpp"
#include "mettle/protocols/model_payloads.hpp"

#include <algorithm>

namespace mettle::protocols {

namespace {

constexpr std::uint64_t kMostBodies = 10'000;

Result<std::vector<payload::Body>> bodies_of(const BodySource& source) {
    if (source.data.empty()) return std::vector<payload::Body>{{"", source.body.value_or("")}};
    return payload::read_bodies(source.data, source.count.value_or(kMostBodies), kMostPayloadBytes);
}

}  // namespace

Result<Task> make_body_task(const Target& target, const BodySource& source) {
    const bool torchserve = target.protocol == Protocol::torchserve;
    if (torchserve && !source.body && source.data.empty())
        return fail(Error::Kind::invalid_input,
                    "TorchServe does not say what its models take: give it with --body FILE "
                    "or --data FOLDER");
    const std::string method = torchserve ? "POST" : source.method;
    Task task{torchserve ? target.model.name : target.url.target, method, 1, {}};
    auto bodies = bodies_of(source);
    if (!bodies) return std::unexpected(bodies.error());
    for (payload::Body& body : *bodies) {
        http::ClientRequest request{method, target.url.target, source.headers,
                                    std::move(body.bytes)};
        const bool typed = std::ranges::any_of(request.headers, [](const auto& header) {
            return http::same_name(header.first, "Content-Type");
        });
        if (!typed && !body.content_type.empty())
            request.headers.emplace_back("Content-Type", body.content_type);
        std::string id;
        if (!source.data.empty())
            id = payload_id(task.name, task.requests.size(), source.seed, request.body);
        task.requests.push_back({std::move(request), nullptr, std::move(id)});
    }
    return task;
}

}  // namespace mettle::protocols
