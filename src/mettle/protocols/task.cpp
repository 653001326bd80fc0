#include "mettle/protocols/task.hpp"

#include "mettle/http/route.hpp"

#include <fmt/format.h>

#include <charconv>

namespace mettle::protocols {

std::string payload_id(std::string_view task, std::uint64_t index, std::uint64_t seed,
                       std::string_view body) {
    std::uint32_t digest = 0x811c9dc5;  // FNV-1a.
    for (const char character : body)
        digest = (digest ^ static_cast<unsigned char>(character)) * 0x01000193;
    return fmt::format("{}/{}/{}-{:08x}", task, index, seed, digest);
}

Answer answer_of(const http::ClientResponse& response) {
    Answer answer{response.body};
    answer.status = response.status;
    const std::string_view size = response.header("Inference-Header-Content-Length");
    std::from_chars(size.data(), size.data() + size.size(), answer.json_size);
    return answer;
}

std::string wire_bytes(const http::Url& url, const http::ClientRequest& request,
                       const HttpOptions& options) {
    http::ClientRequest sent = http::on_route(options.route, url, request);
    if (!options.keep_connections) sent.headers.emplace_back("Connection", "close");
    return http::encode_request(url, sent);
}

Result<std::unique_ptr<load::TransportFactory>> make_transports(const http::Url& url,
                                                                const std::vector<Task>& tasks,
                                                                HttpOptions options) {
    std::vector<std::vector<PreparedRequest>> prepared;
    for (const Task& task : tasks) {
        auto& requests = prepared.emplace_back();
        for (const TaskRequest& each : task.requests) {
            requests.push_back({wire_bytes(url, each.request, options),
                                each.request.method == "HEAD",
                                task.program_judges ? nullptr : each.check, each.id});
        }
    }
    return make_http_transports(url, std::move(prepared), options);
}

}  // namespace mettle::protocols
