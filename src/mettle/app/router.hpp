#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::app {

// The values of a route's `{name}` segments, in their order, as sent: still percent-encoded. Views
// into the request's path.
class PathParams {
public:
    static constexpr std::size_t kMost = 8;

    std::string_view operator[](std::size_t index) const { return values_[index]; }
    std::size_t size() const { return size_; }
    void push(std::string_view value) { values_[size_++] = value; }
    void pop() { --size_; }
    void clear() { size_ = 0; }

private:
    std::array<std::string_view, kMost> values_;
    std::size_t size_ = 0;
};

// Finds the route of a path by its segments: "/v2/models/{model}/infer". A literal segment goes
// before a `{name}`, whatever the order of registration. Filled at start-up, then only read.
class Router {
public:
    Router();
    ~Router();

    // Throws std::logic_error for a pattern that does not start with '/' or that is there already.
    void add(std::string_view method, std::string_view pattern, std::uint32_t route);

    struct Match {
        enum class Kind { found, no_path, wrong_method } kind;
        std::uint32_t route = 0;
        std::string allow;  // Of wrong_method: "GET, HEAD".
    };
    // HEAD finds GET's route. `params` gets the values of the `{name}` segments.
    Match find(std::string_view method, std::string_view path, PathParams& params) const;

private:
    struct Node;
    const Node* descend(const Node& node, std::string_view rest, PathParams& params) const;

    std::unique_ptr<Node> root_;
};

}  // namespace mettle::app
