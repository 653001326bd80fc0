#pragma once

#include "mettle/http/client.hpp"
#include "mettle/protocols/target.hpp"

#include <string>

namespace mettle::protocols {

// Asks a target what it is, on one connection.
class Questions {
public:
    Questions(const TargetUrl& target, const TargetOptions& options);

    // Asks again while the target is not there yet, as long as the options' patience lasts.
    // `body` is JSON, where there is one.
    Result<http::ClientResponse> ask(std::string method, std::string path, std::string body = {});

    const TargetUrl& target() const { return target_; }
    const TargetOptions& options() const { return options_; }
    // --model, else the one in the URL; may be empty.
    std::string wanted_model() const;

private:
    const TargetUrl& target_;
    const TargetOptions& options_;
    http::Client client_;
};

}  // namespace mettle::protocols
