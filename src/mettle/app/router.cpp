#include "mettle/app/router.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <stdexcept>

namespace mettle::app {

struct Router::Node {
    struct Route {
        std::string method;
        std::uint32_t route;
    };
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
    std::unique_ptr<Node> param;
    std::vector<Route> routes;
};

namespace {

// Takes the first segment of "a/b/c" off, with its slash.
std::string_view take_segment(std::string_view& rest) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    return segment;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(std::string_view method, std::string_view pattern, std::uint32_t route) {
    if (!pattern.starts_with('/'))
        throw std::logic_error("a route's pattern starts with '/': " + std::string(pattern));
    Node* node = root_.get();
    std::string_view rest = pattern.substr(1);
    while (!rest.empty()) {
        const std::string_view segment = take_segment(rest);
        std::unique_ptr<Node>* child = &node->param;
        if (!segment.starts_with('{')) {
            auto found = std::ranges::find(
                node->literals, segment,
                [](const auto& literal) -> std::string_view { return literal.first; });
            if (found == node->literals.end()) {
                node->literals.emplace_back(segment, nullptr);
                found = std::prev(node->literals.end());
            }
            child = &found->second;
        }
        if (!*child) *child = std::make_unique<Node>();
        node = child->get();
    }
    const bool there = std::ranges::any_of(
        node->routes, [method](const Node::Route& known) { return known.method == method; });
    if (there)
        throw std::logic_error("two handlers for " + std::string(method) + " " +
                               std::string(pattern));
    node->routes.push_back({std::string(method), route});
}

const Router::Node* Router::descend(const Node& node, std::string_view rest,
                                    PathParams& params) const {
    if (rest.empty()) return node.routes.empty() ? nullptr : &node;
    const std::string_view segment = take_segment(rest);
    for (const auto& [literal, child] : node.literals) {
        if (literal != segment) continue;
        if (const Node* found = descend(*child, rest, params)) return found;
    }
    if (!node.param || segment.empty() || params.size() == PathParams::kMost) return nullptr;
    params.push(segment);
    if (const Node* found = descend(*node.param, rest, params)) return found;
    params.pop();
    return nullptr;
}

Router::Match Router::find(std::string_view method, std::string_view path,
                           PathParams& params) const {
    params.clear();
    const Node* node = path.starts_with('/') ? descend(*root_, path.substr(1), params) : nullptr;
    if (!node) return {Match::Kind::no_path, 0, {}};
    const auto wanted = [method](std::string_view known) {
        return known == method || (method == "HEAD" && known == "GET");
    };
    for (const Node::Route& route : node->routes) {
        if (wanted(route.method)) return {Match::Kind::found, route.route, {}};
    }
    std::string allow;
    for (const Node::Route& route : node->routes) {
        allow += (allow.empty() ? "" : ", ") + route.method;
        if (route.method == "GET") allow += ", HEAD";
    }
    return {Match::Kind::wrong_method, 0, allow};
}

}  // namespace mettle::app
