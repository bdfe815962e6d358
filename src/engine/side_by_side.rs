//! Work on many items side by side, a thread each at a time.
//!
//! In: items, and what to do with one. Out: what that gave for each, in the items' order. What always holds:
//! every item is worked on once; on a runtime of one thread, one after the other.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};

/// Works on all items, so many at a time.
pub async fn side_by_side<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl AsyncFn(T) -> R + Sync,
) -> Vec<R> {
    let count = items.len();
    let threads = threads.min(count);
    let runtime = Handle::current();
    if threads < 2 || runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
        let mut done = Vec::with_capacity(count);
        for item in items {
            done.push(work(item).await);
        }
        return done;
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(count));
    let one_by_one = async || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((at, item)) = next else {
                return;
            };
            let result = work(item).await;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((at, result));
        }
    };
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| runtime.block_on(one_by_one()));
            }
        });
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn squares(threads: usize, count: u64) -> Vec<u64> {
        side_by_side(threads, (0..count).collect(), async |n| {
            tokio::task::yield_now().await;
            n * n
        })
        .await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn results_are_in_the_items_order() {
        let expected: Vec<u64> = (0..100).map(|n| n * n).collect();
        for threads in [0, 1, 3, 200] {
            assert_eq!(squares(threads, 100).await, expected, "{threads}");
        }
        assert_eq!(squares(4, 0).await, Vec::<u64>::new());
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_is_enough() {
        assert_eq!(squares(4, 3).await, [0, 1, 4]);
    }
}
