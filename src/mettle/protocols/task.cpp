#include "mettle/protocols/task.hpp"

namespace mettle::protocols {

Result<std::unique_ptr<load::TransportFactory>> make_transports(const http::Url& url,
                                                                const std::vector<Task>& tasks,
                                                                HttpOptions options) {
    std::vector<std::vector<PreparedRequest>> prepared;
    for (const Task& task : tasks) {
        auto& requests = prepared.emplace_back();
        for (const TaskRequest& each : task.requests)
            requests.push_back({http::encode_request(url, each.request),
                                each.request.method == "HEAD", each.check});
    }
    return make_http_transports(url, std::move(prepared), options);
}

}  // namespace mettle::protocols
