#pragma once

// Flow<T>: what a user does, as a coroutine. It runs only while it is awaited, starts when it is,
// and hands its exception to whoever awaits it. No scheduler and no thread: see user.hpp for what
// can be awaited in one.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace mettle {

template <typename T = void>
class Flow;

namespace flow_detail {

struct PromiseBase {
    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
            const auto next = done.promise().continuation;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { error = std::current_exception(); }

    std::coroutine_handle<> continuation;
    std::exception_ptr error;
};

template <typename T>
struct Promise : PromiseBase {
    Flow<T> get_return_object();
    template <typename U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    Flow<void> get_return_object();
    void return_void() {}
    void take() const {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace flow_detail

template <typename T>
class [[nodiscard]] Flow {
public:
    using promise_type = flow_detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Flow() = default;
    explicit Flow(Handle handle) : handle_(handle) {}
    Flow(Flow&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Flow& operator=(Flow&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Flow() {
        if (handle_) handle_.destroy();
    }

    // From another flow. A flow is awaited once.
    auto operator co_await() && noexcept {
        struct Awaiter {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
                handle.promise().continuation = caller;
                return handle;
            }
            T await_resume() { return handle.promise().take(); }
            Handle handle;
        };
        return Awaiter{handle_};
    }

    // For who drives the outermost one: its handle starts it, and is done() at its end.
    Handle handle() const { return handle_; }

private:
    Handle handle_;
};

namespace flow_detail {

template <typename T>
Flow<T> Promise<T>::get_return_object() {
    return Flow<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Flow<void> Promise<void>::get_return_object() {
    return Flow<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace flow_detail

}  // namespace mettle
